"""What goes out: mail, SMS, print, calendar files. Renders, queues, withdraws, sends; never interprets a reply."""
