/** What is worked out of an object once, and kept for as long as that object is there. Nothing of it is undefined. */
export function perObject<O extends object, Made>(make: (object: O) => Made): (object: O) => Made {
  const known = new WeakMap<O, Made>();
  return (object) => {
    const found = known.get(object);
    if (found !== undefined) return found;
    const made = make(object);
    known.set(object, made);
    return made;
  };
}
