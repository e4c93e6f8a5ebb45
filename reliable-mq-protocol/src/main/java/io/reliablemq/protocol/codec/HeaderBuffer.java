package io.reliablemq.protocol.codec;

import java.util.Arrays;

/**
 * A growing array that headers are written into. An array, because writing single bytes into memory outside the heap is
 * several times slower. Owned by one encoder.
 */
final class HeaderBuffer {

    private static final int KEEP_BYTES = 4096;
    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

    private byte[] bytes = new byte[512];
    private int size;

    /** Starts over. An array that one long header has made large is let go. */
    void clear() {
        size = 0;
        if (bytes.length > KEEP_BYTES) {
            bytes = new byte[KEEP_BYTES];
        }
    }

    int size() {
        return size;
    }

    /** The bytes from 0 to {@link #size()}, valid until the next change. */
    byte[] array() {
        return bytes;
    }

    void put(byte[] source) {
        ensure(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    void putByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
    }

    void putShort(int value) {
        ensure(2);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        ensure(4);
        setInt(size, value);
        size += 4;
    }

    void setInt(int at, int value) {
        bytes[at] = (byte) (value >>> 24);
        bytes[at + 1] = (byte) (value >>> 16);
        bytes[at + 2] = (byte) (value >>> 8);
        bytes[at + 3] = (byte) value;
    }

    void setShort(int at, int value) {
        bytes[at] = (byte) (value >>> 8);
        bytes[at + 1] = (byte) value;
    }

    /** The number in decimal digits. */
    void putDecimal(int value) {
        ensure(11);
        long rest = value;
        if (rest < 0) {
            bytes[size++] = '-';
            rest = -rest;
        }
        int digits = 1;
        for (long bound = 10; rest >= bound; bound *= 10) {
            digits++;
        }
        for (int at = size + digits - 1; at >= size; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        size += digits;
    }

    /** The text in UTF-8. A surrogate without its other half becomes a question mark. */
    void putUtf8(String text) {
        int length = text.length();
        ensure(3 * length);
        for (int i = putAscii(text, 0); i < length; i = putAscii(text, i + 1)) {
            i += putBeyondAscii(text, i, text.charAt(i));
        }
    }

    /** The text as a JSON string, quotes included. */
    void putJsonString(String text) {
        int length = text.length();
        ensure(3 * length + 2);
        bytes[size++] = '"';
        for (int i = putPlain(text, 0); i < length; i = putPlain(text, i + 1)) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                i += putBeyondAscii(text, i, c);
            } else {
                putEscaped(c);
                ensure(3 * (length - i) + 2);
            }
        }
        bytes[size++] = '"';
    }

    // Two short loops over local variables, which are compiled well: a header has some 200 characters.

    /** Puts the characters from there on that are ASCII. @return the index of the first that is not */
    private int putAscii(String text, int from) {
        byte[] out = bytes;
        int length = text.length();
        int shift = size - from;
        int i = from;
        while (i < length && text.charAt(i) < 0x80) {
            out[shift + i] = (byte) text.charAt(i);
            i++;
        }
        size = shift + i;
        return i;
    }

    /** Puts the characters from there on that need no escape in JSON. @return the index of the first that does */
    private int putPlain(String text, int from) {
        byte[] out = bytes;
        int length = text.length();
        int shift = size - from;
        int i = from;
        while (i < length && isPlain(text.charAt(i))) {
            out[shift + i] = (byte) text.charAt(i);
            i++;
        }
        size = shift + i;
        return i;
    }

    private static boolean isPlain(char c) {
        return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
    }

    private void putEscaped(char c) {
        ensure(6);
        bytes[size++] = '\\';
        if (c >= 0x20) {
            bytes[size++] = (byte) c;
        } else {
            bytes[size++] = 'u';
            bytes[size++] = '0';
            bytes[size++] = '0';
            bytes[size++] = HEX[c >>> 4];
            bytes[size++] = HEX[c & 0xF];
        }
    }

    /** Writes the code point at the index and returns how many further chars it took. */
    private int putBeyondAscii(String text, int index, char c) {
        if (c < 0x800) {
            bytes[size++] = (byte) (0xC0 | c >>> 6);
            bytes[size++] = (byte) (0x80 | c & 0x3F);
            return 0;
        }
        if (!Character.isSurrogate(c)) {
            bytes[size++] = (byte) (0xE0 | c >>> 12);
            bytes[size++] = (byte) (0x80 | c >>> 6 & 0x3F);
            bytes[size++] = (byte) (0x80 | c & 0x3F);
            return 0;
        }
        int codePoint = text.codePointAt(index);
        if (!Character.isSupplementaryCodePoint(codePoint)) {
            bytes[size++] = '?';
            return 0;
        }
        bytes[size++] = (byte) (0xF0 | codePoint >>> 18);
        bytes[size++] = (byte) (0x80 | codePoint >>> 12 & 0x3F);
        bytes[size++] = (byte) (0x80 | codePoint >>> 6 & 0x3F);
        bytes[size++] = (byte) (0x80 | codePoint & 0x3F);
        return 1;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
