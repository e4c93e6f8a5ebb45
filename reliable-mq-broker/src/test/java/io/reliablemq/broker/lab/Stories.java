package io.reliablemq.broker.lab;

import java.util.Random;

/** Not for keeps. */
final class Stories {
    public static void main(String[] args) throws Exception {
        long from = Long.parseLong(args[1]);
        int count = Integer.parseInt(args[2]);
        int length = Integer.parseInt(args[3]);
        var type = io.reliablemq.broker.store.FlushDiskType.valueOf(args[0]);
        long start = System.nanoTime();
        int failures = 0;
        for (long seed = from; seed < from + count; seed++) {
            StoreStory story = new StoreStory(type, new Random(seed * 0x9E3779B97F4A7C15L));
            try {
                story.tell(length);
            } catch (Throwable e) {
                System.out.println("SEED " + seed + ": " + e.toString().lines().limit(6).toList());
                if (count == 1) {
                    story.trace().forEach(System.out::println);
                    e.printStackTrace(System.out);
                }
                if (++failures >= 10) break;
            }
        }
        System.out.println((System.nanoTime() - start) / 1000000 + " ms, failures " + failures);
    }
}
