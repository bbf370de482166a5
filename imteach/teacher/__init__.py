"""What a teacher makes and checks: a lesson, that lessons still run, an assignment, a report, a link."""
