"""The run that nothing happens to: what all others must end as, and the places they begin from."""

import shutil

from snapshot import Snapshot


class Undisturbed:
    """Workspaces as they are before each step, what they hold after it, how long it took."""

    def __init__(self, torture, folder):
        self.steps = torture.steps
        self.folder = folder
        self.after = []
        self.told = []
        self.seconds = []
        workspace = folder / "workspace"
        workspace.mkdir(parents=True)
        for index, step in enumerate(self.steps):
            shutil.copytree(workspace, folder / f"before-{index}")
            result = torture.programs.succeed(step.command(workspace))
            self.seconds.append(result.seconds)
            self.after.append(Snapshot(workspace))
            self.told.append(result.output if step.tells else None)
            torture.report.note(f"{step.name}: {result.seconds:.2f} s")
        self.workspace = workspace

    def index(self, name):
        return [step.name for step in self.steps].index(name)

    def begin(self, name, workspace, after=False):
        """Copies the workspace as it was before a step, or after it.

        - Returns: the step and what the workspace holds after it.
        """
        index = self.index(name)
        if workspace.exists():
            shutil.rmtree(workspace)
        source = index + 1 if after else index
        place = (self.folder / f"before-{source}" if source < len(self.steps) else self.workspace)
        # Modification times too: nothing may depend on them, and a copy is to be as the original.
        shutil.copytree(place, workspace)
        return self.steps[index], self.after[index]
