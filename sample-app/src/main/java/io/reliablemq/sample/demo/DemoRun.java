package io.reliablemq.sample.demo;

/**
 * A run of orders.
 *
 * @param number counts the runs in the database, from 1
 * @param orders how many orders it has
 */
public record DemoRun(int number, int orders) {

    /** What the ids of its orders begin with. */
    public String idPrefix() {
        return "demo-" + number + "-";
    }

    /** @param index from 1 */
    String orderId(int index) {
        return idPrefix() + "%04d".formatted(index);
    }
}
