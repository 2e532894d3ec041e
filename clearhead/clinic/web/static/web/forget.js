// Nobody is signed in on this page: the chair's page that was kept for a lost network goes (the queue stays, unreadable).
try { indexedDB.deleteDatabase("clearhead-kept"); } catch { /* no storage here: nothing was kept */ }
