package io.reliablemq.sample.order;

import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import java.net.URI;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Orders over HTTP. */
@RestController
@RequestMapping("/orders")
class OrderController {

    private final OrderPlacement placement;
    private final Orders orders;

    OrderController(OrderPlacement placement, Orders orders) {
        this.placement = placement;
        this.orders = orders;
    }

    /** What a customer orders. */
    record OrderRequest(String item, long amountCents) {}

    /** The order is safe: in the database and in the broker. */
    record OrderAccepted(String id, String messageId, int sendAttempts) {}

    /** Answers 201 once the order is safe, and 503 with every attempt if the broker could not take it. */
    @PostMapping
    ResponseEntity<OrderAccepted> place(@RequestBody OrderRequest request) {
        check(request);
        String id = UUID.randomUUID().toString();
        try {
            SendReceipt receipt = placement.place(id, request.item(), request.amountCents());
            return ResponseEntity.created(URI.create("/orders/" + id))
                    .body(new OrderAccepted(
                            id, receipt.messageId(), receipt.attempts().size()));
        } catch (SendFailedException e) {
            throw new ErrorResponseException(HttpStatus.SERVICE_UNAVAILABLE, notSafeYet(id, e), e);
        }
    }

    @GetMapping("/{id}")
    ResponseEntity<Order> order(@PathVariable String id) {
        return ResponseEntity.of(orders.find(id));
    }

    private static ProblemDetail notSafeYet(String id, SendFailedException failure) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The order is kept but the broker has not confirmed it; it is sent again without further action. "
                        + "Do not place it again, ask for /orders/" + id);
        problem.setProperty("orderId", id);
        problem.setProperty(
                "attempts", failure.attempts().stream().map(Attempt::toString).toList());
        return problem;
    }

    private static void check(OrderRequest request) {
        if (request.item() == null || request.item().isBlank() || request.item().length() > 100) {
            throw badRequest("item is '" + request.item() + "'; give it 1 to 100 characters");
        }
        if (request.amountCents() <= 0) {
            throw badRequest("amountCents is " + request.amountCents() + "; it must be greater than 0");
        }
    }

    private static ErrorResponseException badRequest(String detail) {
        return new ErrorResponseException(
                HttpStatus.BAD_REQUEST, ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, detail), null);
    }
}
