package io.reliablemq.sample.demo;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.order.OrderPlacement;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Places orders from several threads at a steady rate. */
@Component
class DemoCustomers {

    private static final Logger log = LoggerFactory.getLogger(DemoCustomers.class);

    private static final List<String> GOODS = List.of(
            "Espresso machine",
            "Desk lamp",
            "Hiking boots",
            "Field guide to birds",
            "Mechanical keyboard",
            "Rain jacket",
            "Chess set",
            "Bicycle pump",
            "Tea kettle",
            "Noise-cancelling headphones");

    private final OrderPlacement placement;
    private final SampleProperties.Demo settings;

    DemoCustomers(OrderPlacement placement, SampleProperties properties) {
        this.placement = placement;
        this.settings = properties.demo();
    }

    /** Returns once each order has been placed; one whose send failed stays behind for a later send. */
    void placeAll(Queue<String> orderIds) throws InterruptedException {
        Queue<String> waiting = new ConcurrentLinkedQueue<>(orderIds);
        CountDownLatch left = new CountDownLatch(orderIds.size());
        AtomicInteger threads = new AtomicInteger();
        ScheduledExecutorService executor = Executors.newScheduledThreadPool(
                settings.threads(), task -> new Thread(task, "demo-" + threads.incrementAndGet()));
        try {
            long gapNanos = TimeUnit.SECONDS.toNanos(1) / settings.ordersPerSecond();
            for (int i = 0; i < settings.threads(); i++) {
                executor.scheduleAtFixedRate(
                        () -> placeNext(waiting, left),
                        i * gapNanos,
                        settings.threads() * gapNanos,
                        TimeUnit.NANOSECONDS);
            }
            left.await();
        } finally {
            executor.shutdownNow();
        }
    }

    private void placeNext(Queue<String> waiting, CountDownLatch left) {
        String id = waiting.poll();
        if (id == null) {
            return;
        }
        try {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            placement.place(id, GOODS.get(random.nextInt(GOODS.size())), random.nextLong(990, 49_900));
        } catch (SendFailedException e) {
            log.warn("Order {} is placed but not acknowledged; it is sent again later. {}", id, e.getMessage());
        } catch (RuntimeException e) {
            // A periodic task that throws is never run again: the other orders would wait for ever.
            log.error("Order {} could not be placed; the next start of the application places it", id, e);
        } finally {
            left.countDown();
        }
    }
}
