def greeting(name):
    return "good day, " + name
