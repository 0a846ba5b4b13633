// x[k] = the number itself
#define BLOCK_IS_FLOAT
void load_block8(uint64_t row, uint i, out vec4 lo, out vec4 hi) { load_floats8(row + 4 * i, lo, hi); }
float load_block1(uint64_t row, uint i) { return ConstFloats(row).at[i]; }
