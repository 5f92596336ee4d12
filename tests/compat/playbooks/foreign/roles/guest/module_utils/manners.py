def bow():
    return "bows"
