"""Training of Hemorica's reference models: data, synthesis, training, evaluation, export."""
