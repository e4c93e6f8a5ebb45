package io.reliablemq.benchmarks.startup.application;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts, says so, and runs until it is told to stop. */
@SpringBootApplication(proxyBeanMethods = false)
public class EmptyApplication {

    /** What the driver looks for in the output. */
    private static final String READY = "The application is ready";

    public static void main(String[] args) throws InterruptedException {
        SpringApplication.run(EmptyApplication.class, args);
        System.out.println(READY);
        Thread.currentThread().join();
    }
}
