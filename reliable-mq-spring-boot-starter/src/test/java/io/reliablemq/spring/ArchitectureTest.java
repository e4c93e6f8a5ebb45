package io.reliablemq.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@AnalyzeClasses(packages = "io.reliablemq.spring", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule PACKAGES_HAVE_NO_CYCLES =
            slices().matching("io.reliablemq.spring.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule PACKAGES_POINT_DOWNWARDS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("autoconfigure")
            .definedBy("..spring.autoconfigure..")
            .layer("actuate")
            .definedBy("..spring.actuate..")
            .layer("annotation")
            .definedBy("..spring.annotation..")
            .layer("config")
            .definedBy("..spring.config..")
            .layer("adapter")
            .definedBy("..spring.listener.adapter..")
            .layer("listener")
            .definedBy("..spring.listener")
            .layer("core")
            .definedBy("..spring.core..")
            .layer("guarantee")
            .definedBy("..spring.guarantee..")
            .layer("observation")
            .definedBy("..spring.observation..")
            .layer("outbox")
            .definedBy("..spring.outbox..")
            .layer("embedded")
            .definedBy("..spring.embedded..")
            .layer("idempotent")
            .definedBy("..spring.idempotent..")
            .layer("support")
            .definedBy("..spring.support..")
            .whereLayer("autoconfigure")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("actuate")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("annotation")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("config")
            .mayOnlyBeAccessedByLayers("autoconfigure", "annotation")
            .whereLayer("adapter")
            .mayOnlyBeAccessedByLayers("autoconfigure", "annotation", "config")
            .whereLayer("idempotent")
            .mayOnlyBeAccessedByLayers("autoconfigure", "annotation", "adapter")
            .whereLayer("outbox")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate")
            .whereLayer("core")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate", "observation", "outbox")
            .whereLayer("guarantee")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate")
            .whereLayer("observation")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate")
            .whereLayer("embedded")
            .mayOnlyBeAccessedByLayers("autoconfigure", "actuate");

    @ArchTest
    static final ArchRule ONLY_EMBEDDING_KNOWS_THE_BROKER = noClasses()
            .that()
            .resideOutsideOfPackages("io.reliablemq.spring.embedded", "io.reliablemq.spring.actuate")
            .and()
            .haveSimpleNameNotStartingWith("EmbeddedBroker")
            .and()
            .doNotHaveSimpleName("BrokerStartFailureAnalyzer")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.reliablemq.broker..");

    @ArchTest
    static final ArchRule ONLY_OUTBOX_AND_MARKS_KNOW_JDBC = noClasses()
            .that()
            .resideOutsideOfPackages("io.reliablemq.spring.outbox", "io.reliablemq.spring.idempotent")
            .and()
            .haveSimpleNameNotStartingWith("Outbox")
            .and()
            .haveNameNotMatching(".*\\.Idempotent[^.]*")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.jdbc..", "java.sql..", "javax.sql..");

    @ArchTest
    static final ArchRule TRANSACTIONS_ARE_OPTIONAL = noClasses()
            .that()
            .resideOutsideOfPackages("io.reliablemq.spring.outbox", "io.reliablemq.spring.idempotent")
            .and()
            .haveNameNotMatching(".*\\.SpringTransaction(\\$.*)?")
            .and()
            .haveSimpleNameNotStartingWith("Outbox")
            .and()
            .haveNameNotMatching(".*\\.Idempotent[^.]*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.transaction..");

    @ArchTest
    static final ArchRule BOOT_IS_KNOWN_TO_THE_WIRING_ONLY = noClasses()
            .that()
            .resideOutsideOfPackages("io.reliablemq.spring.autoconfigure", "io.reliablemq.spring.actuate")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.boot..");

    @ArchTest
    static final ArchRule AUTO_CONFIGURATIONS_ARE_FINAL_AND_NAMED_SO = classes()
            .that()
            .areAnnotatedWith(AutoConfiguration.class)
            .should()
            .haveSimpleNameEndingWith("AutoConfiguration")
            .andShould()
            .bePublic()
            .andShould()
            .haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule CONFIGURATIONS_HAVE_NO_PUBLIC_MEMBERS = members()
            .that()
            .areDeclaredInClassesThat()
            .areMetaAnnotatedWith(Configuration.class)
            .should()
            .notBePublic();

    @ArchTest
    static final ArchRule OTHER_CONFIGURATIONS_ARE_HIDDEN =
            classes().that().areAnnotatedWith(Configuration.class).should().notBePublic();

    @ArchTest
    static final ArchRule BEAN_METHODS_ARE_PACKAGE_PRIVATE =
            methods().that().areAnnotatedWith(Bean.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule POST_PROCESSOR_BEANS_ARE_STATIC = methods()
            .that()
            .areAnnotatedWith(Bean.class)
            .and()
            .haveRawReturnType(JavaClass.Predicates.assignableTo(BeanPostProcessor.class))
            .should()
            .beStatic();

    @ArchTest
    static final ArchRule NOTHING_IS_PRINTED =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");
}
