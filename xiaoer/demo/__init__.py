"""The demo shop 云杉优选 · Spruce Market: its catalogue, people, orders, articles, policy and utterances."""
