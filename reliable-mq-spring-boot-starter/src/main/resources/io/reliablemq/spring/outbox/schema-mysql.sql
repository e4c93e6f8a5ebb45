-- Messages that transactions have taken down. state: 0 waits to be sent, 1 parked, 2 sent. Times in ms since 1970.
CREATE TABLE IF NOT EXISTS reliable_mq_outbox (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  message_id VARCHAR(64) NOT NULL,
  topic VARCHAR(255) NOT NULL,
  lane SMALLINT NOT NULL,
  order_hash BIGINT,
  flag INTEGER NOT NULL,
  properties VARBINARY(32767) NOT NULL,
  body LONGBLOB NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL,
  state SMALLINT NOT NULL,
  changed_at BIGINT,
  last_error VARCHAR(1000),
  CONSTRAINT reliable_mq_outbox_message UNIQUE (message_id),
  INDEX reliable_mq_outbox_order (state, lane, id, due_at),
  INDEX reliable_mq_outbox_changed (state, changed_at)
) ENGINE = InnoDB;

-- The application instances that send, each with a number that grows while it lives.
CREATE TABLE IF NOT EXISTS reliable_mq_outbox_relay (
  instance VARCHAR(64) PRIMARY KEY,
  beat BIGINT NOT NULL
) ENGINE = InnoDB;

-- Which instance sends the messages of a lane.
CREATE TABLE IF NOT EXISTS reliable_mq_outbox_lane (
  lane SMALLINT PRIMARY KEY,
  owner VARCHAR(64),
  epoch BIGINT NOT NULL
) ENGINE = InnoDB;
