package io.reliablemq.protocol.text;

/** Bytes that may be a text that is known already, which is then not made again. */
public final class PlainBytes {

    /** Whether this part of the bytes is that text, which is known for characters below 0x80 alone: for others it is false. */
    public static boolean isAt(byte[] bytes, int from, int length, String text) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private PlainBytes() {}
}
