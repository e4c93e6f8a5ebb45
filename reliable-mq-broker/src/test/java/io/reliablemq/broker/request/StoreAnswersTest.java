package io.reliablemq.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.protocol.command.ResponseCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreAnswersTest {

    @ParameterizedTest
    @CsvSource({
        "COMMITTED, " + ResponseCode.SUCCESS,
        "FLUSH_TIMEOUT, " + ResponseCode.FLUSH_DISK_TIMEOUT,
        "REPLICA_TIMEOUT, " + ResponseCode.FLUSH_SLAVE_TIMEOUT,
        "NO_REPLICA, " + ResponseCode.SLAVE_NOT_AVAILABLE,
        "BUSY, " + ResponseCode.SYSTEM_BUSY,
        "CLOSED, " + ResponseCode.SERVICE_NOT_AVAILABLE,
        "FAILED, " + ResponseCode.SYSTEM_ERROR
    })
    void saysWhatIsKnownAboutTheMessage(Status status, int code) {
        assertThat(StoreAnswers.plain(new AppendResult(status, -1, -1, "why")).code())
                .isEqualTo(code);
    }
}
