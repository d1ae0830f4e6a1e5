"""Days of simulated life by a seeded driver: owners, people at the portal, troubles; and what must be so at the end."""
