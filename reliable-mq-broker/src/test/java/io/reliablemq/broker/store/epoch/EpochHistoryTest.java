package io.reliablemq.broker.store.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EpochHistoryTest {

    private static final long FIRST_ID = 17;
    private static final long SECOND_ID = -3;
    private static final long THIRD_ID = 99;

    @Test
    void numbersGoOnAndEmptyEpochsAreLeftOut() {
        EpochHistory history =
                EpochHistory.NONE.begin(FIRST_ID, 0).begin(SECOND_ID, 0).begin(THIRD_ID, 500);

        assertThat(history.epochs()).containsExactly(new Epoch(2, SECOND_ID, 0), new Epoch(3, THIRD_ID, 500));
        assertThat(history.lastNumber()).isEqualTo(3);
        assertThat(history.numberAt(499)).isEqualTo(2);
        assertThat(history.numberAt(500)).isEqualTo(3);
    }

    @Test
    void copyThatIsBehindHasAllOfItInCommon() {
        EpochHistory master = EpochHistory.NONE.begin(FIRST_ID, 0).begin(SECOND_ID, 500);
        EpochHistory copy = EpochHistory.NONE.begin(FIRST_ID, 0);

        assertThat(master.commonEnd(900, copy, 300)).isEqualTo(300);
    }

    @Test
    void whatIsBehindTheEndOfTheLastEpochInCommonIsNotTheSame() {
        EpochHistory common = EpochHistory.NONE.begin(FIRST_ID, 0);
        EpochHistory promoted = common.begin(SECOND_ID, 500);
        EpochHistory old = common.begin(THIRD_ID, 800);

        assertThat(promoted.commonEnd(600, common, 700)).isEqualTo(500);
        assertThat(promoted.commonEnd(600, old, 900)).isEqualTo(500);
        assertThat(old.commonEnd(900, promoted, 600)).isEqualTo(500);
    }

    @Test
    void mastersThatNeverSawEachOtherHaveNothingInCommon() {
        EpochHistory one = EpochHistory.NONE.begin(FIRST_ID, 0);
        EpochHistory other = EpochHistory.NONE.begin(SECOND_ID, 0);

        assertThat(one.commonEnd(900, other, 900)).isZero();
        assertThat(one.commonEnd(900, EpochHistory.NONE, 0)).isZero();
    }

    @Test
    void epochsThatAreKnownBeforeTheirRecordsComeChangeNothing() {
        EpochHistory master = EpochHistory.NONE.begin(FIRST_ID, 0).begin(SECOND_ID, 500);

        assertThat(master.commonEnd(900, master, 300)).isEqualTo(300);
        assertThat(master.begin(THIRD_ID, 300).epochs())
                .containsExactly(new Epoch(1, FIRST_ID, 0), new Epoch(3, THIRD_ID, 300));
    }

    @Test
    void isReadAsItWasWritten() {
        EpochHistory history = EpochHistory.NONE.begin(FIRST_ID, 0).begin(SECOND_ID, 500);

        assertThat(EpochHistory.decode(history.encode())).isEqualTo(history);
        assertThat(EpochHistory.decode(EpochHistory.NONE.encode())).isEqualTo(EpochHistory.NONE);
    }

    @Test
    void refusesDamagedBytesAndEpochsOutOfOrder() {
        byte[] bytes = EpochHistory.NONE.begin(FIRST_ID, 0).encode();
        bytes[7] ^= 1;

        assertThatThrownBy(() -> EpochHistory.decode(bytes)).hasMessageContaining("checksum");
        assertThatThrownBy(() -> EpochHistory.of(List.of(new Epoch(2, 1, 0), new Epoch(2, 2, 100))))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
