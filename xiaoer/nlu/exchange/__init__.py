"""Labelled lines in the formats of others, in both directions: CSV, Excel, Rasa, Dialogflow ES and CX, Amazon Lex V2."""
