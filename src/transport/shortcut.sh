# Stands before bootstrap.sh, in the same way, and spares a host most of it: an agent in the user's own private cache is become at once,
# at the cost of one program (ls). It says FOUND before; where such an agent does not run, bootstrap.sh alone is sent.
echo FARCAST HERE;
c=; case $HOME in /?*) c=$HOME/.cache/farcast;; esac;
for d in ${XDG_CACHE_HOME:+"$XDG_CACHE_HOME/farcast"} "$c"; do
  for h in @HASHES@; do
    f=$d/farcast-agent-$h;
    if [ -x "$f" ] && [ -O "$f" ] && [ -O "$d" ]; then
      case $(ls -ldn "$d") in "drwx------ "*|"drwx------. "*) echo FARCAST FOUND; exec "$f";; esac;
    fi;
  done;
done;
