package io.reliablemq.client.api;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The ready-made strategies. Pure functions. */
enum QueueShares implements AllocationStrategy {
    AVERAGELY {
        @Override
        public List<Queue> queuesOf(String self, List<Queue> queues, List<String> members) {
            int index = members.indexOf(self);
            int share = queues.size() / members.size();
            int larger = queues.size() % members.size();
            int from = index * share + Math.min(index, larger);
            return List.copyOf(queues.subList(from, from + share + (index < larger ? 1 : 0)));
        }
    },

    CONSISTENT_HASH {
        @Override
        public List<Queue> queuesOf(String self, List<Queue> queues, List<String> members) {
            TreeMap<Long, String> ring = new TreeMap<>();
            for (String member : members) {
                for (int point = 0; point < POINTS; point++) {
                    // Of two that meet at one point the first in order has it, whoever computes.
                    ring.putIfAbsent(hash(member + "#" + point), member);
                }
            }
            return queues.stream()
                    .filter(queue -> self.equals(
                            Objects.requireNonNullElseGet(ring.ceilingEntry(hash(queue.toString())), ring::firstEntry)
                                    .getValue()))
                    .toList();
        }
    },

    /**
     * All pairs of queue and member in the order of their hash: a queue goes to the first member that still has room. First
     * every member gets the smaller share, then some one more.
     */
    STICKY {
        @Override
        public List<Queue> queuesOf(String self, List<Queue> queues, List<String> members) {
            List<Pair> pairs = new ArrayList<>(queues.size() * members.size());
            for (Queue queue : queues) {
                for (String member : members) {
                    pairs.add(new Pair(queue, member, hash(queue + "@" + member)));
                }
            }
            pairs.sort(Comparator.comparingLong(Pair::rank)
                    .thenComparing(Pair::member)
                    .thenComparing(pair -> pair.queue.toString()));
            Set<Queue> given = new HashSet<>();
            Map<String, Integer> sizes = new HashMap<>();
            Set<Queue> own = new HashSet<>();
            int share = queues.size() / members.size();
            for (int room = share; room <= share + 1; room++) {
                for (Pair pair : pairs) {
                    if (!given.contains(pair.queue) && sizes.getOrDefault(pair.member, 0) < room) {
                        given.add(pair.queue);
                        sizes.merge(pair.member, 1, Integer::sum);
                        if (pair.member.equals(self)) {
                            own.add(pair.queue);
                        }
                    }
                }
            }
            return queues.stream().filter(own::contains).toList();
        }
    };

    /** Points of each member on the ring: enough for shares that are alike where there are many queues. */
    private static final int POINTS = 128;

    private record Pair(Queue queue, String member, long rank) {}

    /** FNV-1a, and the mixing of splitmix64 behind it, since names differ in their last characters only. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }
}
