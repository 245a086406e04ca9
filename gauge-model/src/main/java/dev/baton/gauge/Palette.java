package dev.baton.gauge;

import java.util.List;

/** Colours of a dial, as 0xRRGGBB: its face, the ink on it, and needles that stand out from it. */
public enum Palette {
    WHITE(0xf4f4f2, 0x141414),
    CREAM(0xf0e6cc, 0x2a1c10),
    BLACK(0x17181a, 0xf2f2ee),
    SILVER(0xc2c6ca, 0x1a1c20),
    NAVY(0x14264a, 0xf0f2f6),
    PALE_BLUE(0xcfe0ea, 0x14202c),
    /** Held out: see {@link DesignSet}. */
    PETROL(0x0f4a4c, 0xf4e8a8);

    private final int face;
    private final int ink;

    Palette(int face, int ink) {
        this.face = face;
        this.ink = ink;
    }

    int face() {
        return face;
    }

    int ink() {
        return ink;
    }

    List<Integer> needles() {
        return switch (this) {
            case WHITE -> List.of(0x101010, 0xc01818, 0xd85a10, 0x123a8c);
            case CREAM -> List.of(0x1c120a, 0x8c1414, 0x10306c);
            case BLACK -> List.of(0xf4f4f4, 0xff6a14, 0xff3a30, 0xf4d020);
            case SILVER -> List.of(0x101214, 0xb01414, 0x143c94);
            case NAVY -> List.of(0xf6f6f6, 0xffa020, 0xf04438);
            case PALE_BLUE -> List.of(0x0c141c, 0xb81c1c, 0xc85008);
            case PETROL -> List.of(0xf8f0d0, 0xff9030, 0xf6e04a);
        };
    }
}
