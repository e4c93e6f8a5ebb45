package io.reliablemq.broker;

import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.ServerTls;
import io.reliablemq.protocol.tls.ServerTls.ClientAuth;
import io.reliablemq.protocol.tls.Tls;
import io.reliablemq.protocol.tls.TlsContext;
import io.reliablemq.protocol.tls.TlsMode;

/** Turns the settings {@code reliable-mq.broker.ssl.*} into what the transport needs, or refuses them. */
final class TlsCheck {

    private final BrokerProperties.Ssl wanted;
    private final TlsBundles bundles;

    TlsCheck(BrokerProperties.Ssl wanted, TlsBundles bundles) {
        this.wanted = wanted;
        this.bundles = bundles;
    }

    Tls tls() {
        if (wanted.getBundle().isBlank()) {
            requireNothingThatNeedsABundle();
            return Tls.NONE;
        }
        TlsContext context = context(wanted.getBundle().trim());
        if (wanted.getMode() == TlsMode.DISABLED && wanted.getClientAuth() != ClientAuth.NONE) {
            throw refused("client-auth", wanted.getClientAuth(), "no connection is encrypted with ssl.mode=DISABLED");
        }
        return new Tls(
                wanted.getMode() == TlsMode.DISABLED
                        ? ServerTls.DISABLED
                        : new ServerTls(wanted.getMode(), context, wanted.getClientAuth()),
                wanted.isOutgoingEnabled() ? new ClientTls(context, wanted.isVerifyHostname()) : null);
    }

    private void requireNothingThatNeedsABundle() {
        if (wanted.getMode() == TlsMode.ENFORCING) {
            throw refused("mode", TlsMode.ENFORCING, withoutBundle());
        }
        if (wanted.getClientAuth() != ClientAuth.NONE) {
            throw refused("client-auth", wanted.getClientAuth(), withoutBundle());
        }
    }

    private static String withoutBundle() {
        return "it needs a certificate, so name a bundle in " + BrokerProperties.PREFIX + ".ssl.bundle";
    }

    private TlsContext context(String bundle) {
        try {
            return bundles.named(bundle);
        } catch (RuntimeException e) {
            String text = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new BrokerStartException(
                    SettingsCheck.sentence(
                            "ssl.bundle", bundle, text.endsWith(".") ? text.substring(0, text.length() - 1) : text),
                    e);
        }
    }

    private static BrokerStartException refused(String setting, Object value, String reason) {
        return new BrokerStartException(SettingsCheck.sentence("ssl." + setting, value, reason));
    }
}
