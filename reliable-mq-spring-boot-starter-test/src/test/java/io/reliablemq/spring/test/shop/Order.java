package io.reliablemq.spring.test.shop;

record Order(String id, int amount) {}
