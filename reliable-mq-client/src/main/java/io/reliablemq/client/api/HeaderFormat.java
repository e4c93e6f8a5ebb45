package io.reliablemq.client.api;

/** How the headers of requests are written. Answers are understood in either form. */
public enum HeaderFormat {

    /** The protocol's binary form, which takes less processor time on both sides. A header that it cannot tell is written as JSON. */
    BINARY,

    /** For a proxy or a broker of another make that reads nothing else. */
    JSON
}
