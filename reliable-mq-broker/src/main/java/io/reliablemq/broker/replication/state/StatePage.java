package io.reliablemq.broker.replication.state;

/**
 * One file of a master's state.
 *
 * @param version differs from that of any other content that a master of this name ever posted
 * @param position how far the master's log was committed when the content was on disk: it speaks of nothing behind that
 * @param content the file's bytes
 */
public record StatePage(String name, String version, long position, byte[] content) {

    @Override
    public String toString() {
        return name + " " + version + " of " + content.length + " bytes, for the log up to " + position;
    }
}
