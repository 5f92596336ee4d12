use minijinja::value::Value;

/// A part of an expression.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// `@`, and what stands where nothing is written.
    Current,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    /// The right applied to the result of the left: `a.b`, `a | b`, `a[0]`.
    Then(Box<Self>, Box<Self>),
    /// The right applied to each item of the left.
    Each(Box<Self>, Box<Self>),
    /// The right applied to each value of the left.
    EachValue(Box<Self>, Box<Self>),
    /// The last two: what is done with each item for which the condition holds, and the condition.
    Filter(Box<Self>, Box<Self>, Box<Self>),
    Flatten(Box<Self>),
    List(Vec<Self>),
    Hash(Vec<(String, Self)>),
    Or(Box<Self>, Box<Self>),
    And(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compare(&'static str, Box<Self>, Box<Self>),
    Call(String, Vec<Self>),
    /// `&expression`, for functions that apply it themselves.
    Reference(Box<Self>),
}

impl Node {
    pub fn then(self, next: Self) -> Self {
        Self::Then(Box::new(self), Box::new(next))
    }

    pub fn each(self, next: Self) -> Self {
        Self::Each(Box::new(self), Box::new(next))
    }

    pub fn each_value(self, next: Self) -> Self {
        Self::EachValue(Box::new(self), Box::new(next))
    }
}
