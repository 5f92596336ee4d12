from ansible.module_utils.common.text.converters import to_text


def greeting(name):
    return to_text("good day, " + name)
