package io.reliablemq.spring.guide;

record Order(String id, String customer) {}
