"""What a learner did in the lessons: kept in one file of their own, drawn, handed in, and gathered for a class."""
