package io.reliablemq.protocol.tls;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/**
 * TLS of the side that opens connections. There is no falling back to plain ones.
 *
 * @param verifyHostName whether the certificate must be one for the host name or IP address that was connected to
 */
public record ClientTls(TlsContext context, boolean verifyHostName) {

    /** The algorithm's name in the JDK; it compares names as HTTPS does, whatever runs above. */
    private static final String COMPARE_NAMES = "HTTPS";

    /** The client's end of a new connection to that peer. */
    public SSLEngine engine(String peerHost, int peerPort) {
        SSLEngine engine = context.engine(peerHost, peerPort);
        engine.setUseClientMode(true);
        if (verifyHostName) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(COMPARE_NAMES);
            engine.setSSLParameters(parameters);
        }
        return engine;
    }
}
