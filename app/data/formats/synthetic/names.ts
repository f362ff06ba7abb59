/** Common given and family names of many countries; any likeness is chance. */

export const firstNames: readonly string[] = 'Ada Ahmed Aiko Alejandro Alice Amina Ana Anders Anna Arjun Aylin Ben Carlos Chen Clara Daniel David Elena Emil Emma Fatima Felix Grace Hana Hugo Ines Isaac Ivan James Jana Jonas Kofi Lara Leila Liam Linh Lucia Marie Mateo Maya Mei Mina Mohamed Nadia Nina Noah Olga Omar Paul Priya Rosa Samuel Sara Sofia Tariq Tom Uma Viktor Yara Zoe'.split(' ');

export const lastNames: readonly string[] = 'Adeyemi Ahmed Almeida Andersen Bauer Becker Bianchi Brown Castro Chen Costa Cruz Dubois Evans Fischer Garcia Gomez Haddad Hansen Hassan Hoffmann Ito Ivanov Jansen Johnson Kaya Khan Kim Kowalski Kumar Lee Lopez Martin Meyer Mori Müller Nguyen Nilsson Novak Okafor Olsen Park Patel Pereira Perez Petrov Rossi Santos Sato Schmidt Silva Singh Smith Tanaka Thomas Torres Weber Yilmaz Zhang Zimmermann'.split(' ');
