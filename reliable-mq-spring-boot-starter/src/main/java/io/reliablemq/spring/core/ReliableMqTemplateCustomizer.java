package io.reliablemq.spring.core;

/** Changes the template of the auto-configuration before it is built. Beans of this type are called in their order. */
@FunctionalInterface
public interface ReliableMqTemplateCustomizer {

    void customize(ReliableMqTemplate.Builder builder);
}
