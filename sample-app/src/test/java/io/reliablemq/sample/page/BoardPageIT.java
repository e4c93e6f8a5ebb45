package io.reliablemq.sample.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.sample.payment.PaymentGateway;
import io.reliablemq.sample.payment.PaymentRefusedException;
import io.reliablemq.spring.test.EmbeddedReliableMq;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** What a person sees and clicks, with a payment gateway that is out of order until the test repairs it. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "sample.demo.enabled=false",
            "spring.datasource.url=jdbc:h2:mem:board-page",
            "spring.datasource.hikari.minimum-idle=1"
        })
@EmbeddedReliableMq
class BoardPageIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String GROUP = "payment";

    @TempDir
    Path profile;

    @LocalServerPort
    private int port;

    @Autowired
    private ReliableMqTestTemplate mq;

    @Autowired
    private RepairableGateway gateway;

    private Browser browser;

    static class RepairableGateway implements PaymentGateway {

        private final AtomicBoolean works = new AtomicBoolean();

        @Override
        public void charge(String orderId, long amountCents) {
            if (!works.get()) {
                throw new PaymentRefusedException(orderId, "the gateway is out of order");
            }
        }
    }

    @TestConfiguration
    static class Gateway {

        @Bean
        @Primary
        RepairableGateway repairableGateway() {
            return new RepairableGateway();
        }
    }

    @BeforeEach
    void open() {
        gateway.works.set(false);
        browser = Browser.start(profile.resolve("chromium"));
        browser.driver().get("http://127.0.0.1:" + port + "/");
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void sendsDeadLettersAgain() throws IOException {
        await(ExpectedConditions.textToBe(By.id("live"), "live"));
        place(1);
        place(2);
        place(3);
        mq.advanceUntilGivenUp(GROUP, 3);
        await(ExpectedConditions.numberOfElementsToBe(By.cssSelector("#letters li"), 3));
        assertThat(text("letters")).contains("4 attempts", "the gateway is out of order");
        assertThat(text("dead")).isEqualTo("3");
        browser.screenshot(Path.of("target", "page", "dead-letters.png"));

        gateway.works.set(true);
        browser.driver().findElement(By.cssSelector("#letters button")).click();
        await(ExpectedConditions.textToBe(By.id("toast"), "The order is on its way again."));
        await(ExpectedConditions.textToBe(By.id("consumed"), "1"));
        await(ExpectedConditions.numberOfElementsToBe(By.cssSelector("#letters li"), 2));

        button("redriveAll").click();
        await(ExpectedConditions.textToBe(By.id("toast"), "2 orders are on their way again."));
        await(ExpectedConditions.textToBe(By.id("consumed"), "3"));
        await(ExpectedConditions.visibilityOfElementLocated(By.id("noLetters")));
        assertThat(text("lost")).isEqualTo("0");
        assertThat(text("dead")).isEqualTo("0");
        assertThat(button("redriveAll").isDisplayed()).isFalse();
        browser.screenshot(Path.of("target", "page", "sent-again.png"));
    }

    private void place(int count) {
        button("place").click();
        await(ExpectedConditions.textToBe(By.id("sent"), Integer.toString(count)));
    }

    private WebElement button(String id) {
        return browser.driver().findElement(By.id(id));
    }

    private String text(String id) {
        return browser.driver().findElement(By.id(id)).getText();
    }

    private void await(ExpectedCondition<?> condition) {
        new WebDriverWait(browser.driver(), PATIENCE).until(condition);
    }
}
