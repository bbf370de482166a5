"""Something to write, to mend or to find, with a verdict that says what is wrong and shows it. See `exercises`."""

from imteach.course.exercises.blank import BlankClient
from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.report import ExerciseReport
from imteach.course.exercises.shelf import Exercises, exercises
from imteach.course.exercises.stages import StageResult

__all__ = ["BlankClient", "Exercise", "ExerciseReport", "Exercises", "StageResult", "exercises"]
