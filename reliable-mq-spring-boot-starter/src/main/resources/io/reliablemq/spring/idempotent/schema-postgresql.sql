CREATE TABLE IF NOT EXISTS reliable_mq_handled (
    consumer_group VARCHAR(120) NOT NULL,
    message_key VARCHAR(200) NOT NULL,
    handled_at BIGINT NOT NULL,
    CONSTRAINT reliable_mq_handled_pk PRIMARY KEY (consumer_group, message_key)
);

CREATE INDEX IF NOT EXISTS reliable_mq_handled_at ON reliable_mq_handled (handled_at);
