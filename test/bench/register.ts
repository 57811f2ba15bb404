export interface RegisterOptions {
  readonly persons: number;
  readonly database: 'mariadb' | 'sqlite';
  readonly dir: string | undefined;
}
export async function register(_: RegisterOptions): Promise<void> {}
