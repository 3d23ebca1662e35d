"""Runs a body on several threads."""

import threading


def together(number: int, body):
    """Runs a body on a number of threads and raises their first error."""
    errors = []

    def one(index):
        try:
            body(index)
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            errors.append(error)

    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
