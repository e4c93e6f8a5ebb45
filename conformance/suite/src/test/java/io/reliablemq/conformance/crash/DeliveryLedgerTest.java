package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class DeliveryLedgerTest {

    private final DeliveryLedger ledger = new DeliveryLedger();

    @Test
    void acknowledgedAndNotReceivedIsLost() {
        ledger.trying("a");
        ledger.acknowledged("a");

        assertThat(ledger.isSettled()).isFalse();
        assertThat(ledger.balance().lost()).containsExactly("a");
    }

    @Test
    void triedAndNeitherAcknowledgedNorReceivedIsNoLoss() {
        ledger.trying("a");

        assertThat(ledger.isSettled()).isTrue();
        assertThat(ledger.balance().lost()).isEmpty();
    }

    @Test
    void triedAndReceivedWithoutAnAcknowledgementIsKnown() {
        ledger.trying("a");
        ledger.received("a");

        assertThat(ledger.balance().unknown()).isEmpty();
        assertThat(ledger.balance().received()).isEqualTo(1);
    }

    @Test
    void receivedAndNeverTriedIsUnknown() {
        ledger.received("from nowhere");

        assertThat(ledger.balance().unknown()).containsExactly("from nowhere");
    }

    @Test
    void everyDeliveryBeyondTheFirstIsADuplicate() {
        ledger.trying("a");
        ledger.acknowledged("a");
        ledger.received("a");
        ledger.received("a");
        ledger.received("a");

        assertThat(ledger.balance().duplicates()).isEqualTo(2);
        assertThat(ledger.balance().lost()).isEmpty();
        assertThat(ledger.isSettled()).isTrue();
    }

    @Test
    void anIdCountsOnce() {
        ledger.trying("a");

        assertThatIllegalArgumentException().isThrownBy(() -> ledger.trying("a"));
        assertThatIllegalArgumentException().isThrownBy(() -> ledger.acknowledged("b"));
    }
}
