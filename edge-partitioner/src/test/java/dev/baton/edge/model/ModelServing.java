package dev.baton.edge.model;

/** Puts models into service as the loader would. */
public final class ModelServing {

    private ModelServing() {}

    public static void serve(Models models, ServedModel model) {
        models.serve(model);
    }

    public static void preparing(Models models, String name, String detail) {
        models.preparing(name, detail);
    }

    public static void catalogRead(Models models) {
        models.catalogRead();
    }
}
