package io.reliablemq.sample.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.never;

import io.reliablemq.protocol.message.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@WebMvcTest(OrderController.class)
class OrderControllerTest {

    @Autowired
    private MockMvcTester http;

    @MockitoBean
    private OrderPlacement placement;

    @MockitoBean
    private Orders orders;

    @Test
    void answersCreatedOnceTheOrderIsSafe() {
        given(placement.place(anyString(), eq("Tea kettle"), eq(3_950L))).willReturn(Sends.receipt("order-created"));

        MvcTestResult answer = post("{\"item\": \"Tea kettle\", \"amountCents\": 3950}");

        assertThat(answer).hasStatus(HttpStatus.CREATED);
        assertThat(answer).bodyJson().extractingPath("$.messageId").isEqualTo("id-1");
        assertThat(answer).bodyJson().extractingPath("$.sendAttempts").isEqualTo(1);
        assertThat(answer.getResponse().getHeader("Location")).startsWith("/orders/");
    }

    @Test
    void answersUnavailableWithEveryAttemptIfTheBrokerDidNotConfirm() {
        given(placement.place(anyString(), anyString(), anyLong()))
                .willThrow(Sends.failure(Message.of("order-created", new byte[] {1})));

        MvcTestResult answer = post("{\"item\": \"Tea kettle\", \"amountCents\": 3950}");

        assertThat(answer).hasStatus(HttpStatus.SERVICE_UNAVAILABLE);
        assertThat(answer).bodyJson().extractingPath("$.orderId").asString().isNotBlank();
        assertThat(answer).bodyJson().extractingPath("$.attempts").asArray().hasSize(2);
        assertThat(answer).bodyJson().extractingPath("$.attempts[0]").asString().contains("FLUSH_DISK_TIMEOUT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"item\": \"\", \"amountCents\": 3950}",
                "{\"amountCents\": 3950}",
                "{\"item\": \"Tea kettle\", \"amountCents\": 0}",
                "{\"item\": \"Tea kettle\"}",
                "not JSON"
            })
    void refusesNonsenseWithoutKeepingIt(String body) {
        assertThat(post(body)).hasStatus(HttpStatus.BAD_REQUEST);
        then(placement).should(never()).place(any(), any(), anyLong());
    }

    @Test
    void answersNotFoundForAnUnknownOrder() {
        assertThat(http.get().uri("/orders/nobody-knows")).hasStatus(HttpStatus.NOT_FOUND);
    }

    private MvcTestResult post(String body) {
        return http.post()
                .uri("/orders")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }
}
