CREATE TABLE IF NOT EXISTS reliable_mq_handled (
    consumer_group VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    message_key VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    handled_at BIGINT NOT NULL,
    PRIMARY KEY (consumer_group, message_key),
    INDEX reliable_mq_handled_at (handled_at)
) ENGINE = InnoDB;
