package dev.baton.planning.replay;

/** Answers all requests in one way. */
final class Fixed implements Policy {

    private final String name;
    private final Route route;

    Fixed(String name, Route route) {
        this.name = name;
        this.route = route;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Route choose(int request, Simulation simulation) {
        return route;
    }
}
