package io.reliablemq.sample.tracking;

import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.sample.shipping.ParcelStep;
import io.reliablemq.sample.shipping.ReviewDue;
import io.reliablemq.spring.annotation.MessageListener;
import org.springframework.stereotype.Component;

/**
 * Follows parcels to their end. Both listeners are idempotent: that a message was handled is written into the database together with
 * what it has done.
 */
@Component
class TrackingListener {

    private final Parcels parcels;

    TrackingListener(Parcels parcels) {
        this.parcels = parcels;
    }

    /** In the order in which they were sent: each waits for the one before. What comes again has its effect once. */
    @MessageListener(
            topic = ParcelStep.TOPIC,
            group = "tracking",
            mode = ConsumeMode.ORDERLY,
            idempotent = MessageListener.JDBC)
    void onStep(ParcelStep step) {
        parcels.reached(step.orderId(), step.number(), step.name());
    }

    /** One question an order, whatever message it comes from. */
    @MessageListener(
            topic = ReviewDue.TOPIC,
            group = "reviews",
            idempotent = MessageListener.JDBC,
            idempotentKey = "#due.orderId()")
    void onReviewDue(ReviewDue due) {
        parcels.askForReview(due.orderId());
    }
}
