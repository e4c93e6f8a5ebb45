package io.reliablemq.sample.tally;

/**
 * What became of a set of orders.
 *
 * @param placed orders in the database
 * @param sent orders whose send the broker acknowledged
 * @param consumed orders that reached {@code SHIPPED}: both listeners have done their work
 * @param retried attempts to charge after the first of an order
 * @param dead orders that reached {@code DEAD}: their message is a dead letter
 * @param lost acknowledged orders at no end, of which nothing was heard for {@code sample.lost-after}
 */
public record Tally(int placed, int sent, int consumed, int retried, int dead, int lost) {

    /** Orders that have not reached an end and do not count as lost. */
    public int underWay() {
        return placed - consumed - dead - lost;
    }

    /** Whether that many orders were sent and none is still under way. */
    public boolean isSettled(int orders) {
        return sent == orders && underWay() == 0;
    }

    @Override
    public String toString() {
        return "sent " + sent + ", consumed " + consumed + ", retried " + retried + ", dead " + dead + ", lost " + lost;
    }
}
