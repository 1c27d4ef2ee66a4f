"""The demo shop's own pages, with a buyer signed in and the widget in the corner: what a merchant's shop would look like."""
