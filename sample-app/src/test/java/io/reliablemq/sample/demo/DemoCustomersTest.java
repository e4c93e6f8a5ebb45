package io.reliablemq.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.sample.SampleProperties;
import io.reliablemq.sample.order.OrderPlacement;
import io.reliablemq.sample.order.Sends;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DuplicateKeyException;

@Timeout(30)
class DemoCustomersTest {

    private final OrderPlacement placement = mock();
    private final Queue<String> placed = new ConcurrentLinkedQueue<>();
    private final DemoCustomers customers = new DemoCustomers(
            placement,
            new SampleProperties(
                    Path.of("unused"),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(5),
                    new SampleProperties.Payment(0, 3),
                    new SampleProperties.Demo(true, 6, 1_000, 3)));

    @Test
    void placesEachOrderOnceAlsoAfterOneThatFails() throws InterruptedException {
        given(placement.place(anyString(), anyString(), anyLong())).willAnswer(call -> {
            placed.add(call.getArgument(0));
            return Sends.receipt("order-created");
        });
        given(placement.place(eq("o-2"), anyString(), anyLong()))
                .willThrow(Sends.failure(Message.of("order-created", new byte[] {1})));
        given(placement.place(eq("o-3"), anyString(), anyLong())).willThrow(new DuplicateKeyException("o-3"));

        customers.placeAll(new ArrayDeque<>(List.of("o-1", "o-2", "o-3", "o-4", "o-5", "o-6")));

        assertThat(placed).containsExactlyInAnyOrder("o-1", "o-4", "o-5", "o-6");
    }

    @Test
    void returnsAtOnceIfNothingIsMissing() throws InterruptedException {
        customers.placeAll(new ArrayDeque<>());

        assertThat(placed).isEmpty();
    }
}
