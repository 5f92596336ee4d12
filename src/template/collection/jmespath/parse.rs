//! Operator precedence as JMESPath defines it, by binding power.

use super::{
    node::Node,
    token::{Token, tokens},
};

/// What binds less than this ends a projection.
const PROJECTION: u8 = 10;

/// Expressions nest no deeper.
const DEPTH: usize = 200;

/// Expressions have no more words and signs.
const LENGTH: usize = 2000;

/// Reads an expression.
///
/// # Errors
/// What is wrong with it, as a sentence.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let tokens = tokens(text)?;
    if tokens.len() > LENGTH {
        return Err(format!("it has more than {LENGTH} words and signs"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        depth: 0,
    };
    let node = parser.expression(0)?;
    match parser.peek() {
        Token::End => Ok(node),
        token => Err(unexpected(token)),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

fn unexpected(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("'{name}' is not expected there"),
        Token::Quoted(name) => format!("\"{name}\" is not expected there"),
        Token::Number(number) => format!("{number} is not expected there"),
        Token::Literal(value) => format!("the literal {value} is not expected there"),
        Token::Sign(sign) => format!("'{sign}' is not expected there"),
        Token::End => "it ends too early".into(),
    }
}

fn power(token: &Token) -> u8 {
    match token {
        Token::Sign(sign) => match *sign {
            "|" => 1,
            "||" => 2,
            "&&" => 3,
            "==" | "!=" | "<" | "<=" | ">" | ">=" => 5,
            "[]" => 9,
            "*" => 20,
            "[?" => 21,
            "." => 40,
            "!" => 45,
            "{" => 50,
            "[" => 55,
            "(" => 60,
            _ => 0,
        },
        _ => 0,
    }
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        match self.take(sign) {
            true => Ok(()),
            false => Err(format!("{}; '{sign}' is", unexpected(self.peek()))),
        }
    }

    fn expression(&mut self, binding: u8) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(format!("it nests deeper than {DEPTH} levels"));
        }
        let mut left = self.start()?;
        while binding < power(self.peek()) {
            left = self.go_on(left)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    /// What can stand at the start of an expression.
    fn start(&mut self) -> Result<Node, String> {
        let token = self.next();
        let Token::Sign(sign) = token else {
            return match token {
                Token::Literal(value) => Ok(Node::Literal(value)),
                Token::Name(name) => Ok(Node::Field(name)),
                Token::Quoted(name) if !self.is("(") => Ok(Node::Field(name)),
                other => Err(unexpected(&other)),
            };
        };
        match sign {
            "*" if self.is("]") => Ok(Node::Current.each_value(Node::Current)),
            "*" => Ok(Node::Current.each_value(self.projected(20)?)),
            "[?" => self.filter(Node::Current),
            "{" => self.hash(),
            "(" => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            "[]" => {
                let flat = Node::Flatten(Box::new(Node::Current));
                Ok(flat.each(self.projected(9)?))
            }
            "!" => Ok(Node::Not(Box::new(self.expression(45)?))),
            "[" => self.bracket(Node::Current, true),
            "@" => Ok(Node::Current),
            "&" => Ok(Node::Reference(Box::new(self.expression(0)?))),
            other => Err(unexpected(&Token::Sign(other))),
        }
    }

    /// What can follow an expression.
    fn go_on(&mut self, left: Node) -> Result<Node, String> {
        let Token::Sign(sign) = self.next() else {
            return Err(unexpected(self.peek()));
        };
        match sign {
            "." if self.take("*") => Ok(left.each_value(self.projected(40)?)),
            "." => Ok(left.then(self.after_dot(40)?)),
            "|" => Ok(left.then(self.expression(1)?)),
            "||" => Ok(Node::Or(Box::new(left), Box::new(self.expression(2)?))),
            "&&" => Ok(Node::And(Box::new(left), Box::new(self.expression(3)?))),
            "==" | "!=" | "<" | "<=" | ">" | ">=" => {
                let right = self.expression(5)?;
                Ok(Node::Compare(sign, Box::new(left), Box::new(right)))
            }
            "[]" => {
                let flat = Node::Flatten(Box::new(left));
                Ok(flat.each(self.projected(9)?))
            }
            "[?" => self.filter(left),
            "[" => self.bracket(left, false),
            "(" => self.call(left),
            other => Err(unexpected(&Token::Sign(other))),
        }
    }

    /// Behind `[`: an index, a slice, `*`, or (where an expression starts) a list.
    fn bracket(&mut self, left: Node, starts: bool) -> Result<Node, String> {
        if matches!(self.peek(), Token::Number(_)) || self.is(":") {
            let index = self.index()?;
            let sliced = matches!(index, Node::Slice(_));
            let found = left.then(index);
            return match sliced {
                true => Ok(found.each(self.projected(20)?)),
                false => Ok(found),
            };
        }
        let star = self.is("*") && self.tokens.get(self.at + 1) == Some(&Token::Sign("]"));
        if starts && !star {
            return self.list();
        }
        self.expect("*")?;
        self.expect("]")?;
        Ok(left.each(self.projected(20)?))
    }

    fn index(&mut self) -> Result<Node, String> {
        let mut parts = [None; 3];
        let mut colons = 0;
        loop {
            match self.next() {
                Token::Number(number) => parts[colons] = Some(number),
                Token::Sign(":") if colons < 2 => colons += 1,
                Token::Sign("]") => break,
                other => return Err(unexpected(&other)),
            }
        }
        match (colons, parts) {
            (0, [Some(index), ..]) => Ok(Node::Index(index)),
            (_, parts) => Ok(Node::Slice(parts)),
        }
    }

    fn list(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.expression(0)?];
        while !self.take("]") {
            self.expect(",")?;
            nodes.push(self.expression(0)?);
        }
        Ok(Node::List(nodes))
    }

    fn hash(&mut self) -> Result<Node, String> {
        let mut pairs = Vec::new();
        loop {
            let name = match self.next() {
                Token::Name(name) | Token::Quoted(name) => name,
                other => return Err(unexpected(&other)),
            };
            self.expect(":")?;
            pairs.push((name, self.expression(0)?));
            if self.take("}") {
                return Ok(Node::Hash(pairs));
            }
            self.expect(",")?;
        }
    }

    fn filter(&mut self, left: Node) -> Result<Node, String> {
        let condition = self.expression(0)?;
        self.expect("]")?;
        let right = match self.is("[]") {
            true => Node::Current,
            false => self.projected(21)?,
        };
        let (left, right) = (Box::new(left), Box::new(right));
        Ok(Node::Filter(left, right, Box::new(condition)))
    }

    fn call(&mut self, left: Node) -> Result<Node, String> {
        let Node::Field(name) = left else {
            return Err("only a name can be called as a function".into());
        };
        let mut args = Vec::new();
        while !self.take(")") {
            args.push(self.expression(0)?);
            if !self.is(")") {
                self.expect(",")?;
            }
        }
        Ok(Node::Call(name, args))
    }

    /// What is done with each item of a projection.
    fn projected(&mut self, binding: u8) -> Result<Node, String> {
        if power(self.peek()) < PROJECTION {
            return Ok(Node::Current);
        }
        if self.is("[") || self.is("[?") {
            return self.expression(binding);
        }
        self.expect(".")?;
        self.after_dot(binding)
    }

    fn after_dot(&mut self, binding: u8) -> Result<Node, String> {
        let named = matches!(self.peek(), Token::Name(_) | Token::Quoted(_));
        if named || self.is("*") {
            return self.expression(binding);
        }
        if self.take("[") {
            return self.list();
        }
        self.expect("{")?;
        self.hash()
    }
}
