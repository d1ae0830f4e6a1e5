"""What is generated from the models: the CustomResourceDefinitions and the reference pages of docs/."""
