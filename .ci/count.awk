# Adds up what `cargo test` reports. A test program that ends without a report has run only a part of its tests.
/^ +(Running|Doc-tests) / { report(); program = $0 }
/^test result:/ { passed += $4; failed += $6; ignored += $8; program = "" }
END {
    report()
    printf "\n%d passed, %d failed, %d ignored\n", passed, failed, ignored
    exit unfinished > 0
}

function report() {
    if (program != "") {
        print "ended without a report:" program
        unfinished++
    }
    program = ""
}
